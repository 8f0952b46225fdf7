/** Records of interrupted copies for as long as the program runs. */
import type { ResumeRecord, ResumeRecords } from './copy.ts';

/** The oldest is forgotten when there are more. */
const MAX_RECORDS = 10_000;

export function memoryRecords(): ResumeRecords {
  const records = new Map<string, ResumeRecord>();
  return {
    load: async (key) => records.get(key),
    async save(key, record) {
      records.delete(key);
      records.set(key, record);
      const [oldest] = records.keys();
      if (records.size > MAX_RECORDS && oldest !== undefined) records.delete(oldest);
    },
    forget: async (key) => void records.delete(key),
  };
}
