/** The door of the file systems. */
export { copyFile } from './copy/copy-file.ts';
export { copyTree } from './copy/copy-tree.ts';
export type {
  CopyEvent,
  CopyOptions,
  CopyReport,
  Place,
  ResumeRecord,
  ResumeRecords,
  TreeFailure,
  TreeOptions,
  TreeReport,
  Verify,
} from './copy/copy.ts';
export { hashFile, type HashOptions } from './copy/hash-file.ts';
export { memoryRecords } from './copy/memory-records.ts';
export { createPace, type Pace } from './copy/pace.ts';
export { FILE_ERROR_KINDS, FileError, type FileErrorKind, type FileErrorOptions } from './error.ts';
export { HASH_ALGORITHMS } from './file-system.ts';
export type {
  Attributes,
  CallOptions,
  CommitOptions,
  Entry,
  EntryType,
  FileReader,
  FileSystem,
  Guard,
  HashAlgorithm,
  Hashing,
  Links,
  ListingIssue,
  ListOptions,
  OpenAtOptions,
  OpenFile,
  ReadOptions,
  RemoteFileSystem,
  StatOptions,
  Touch,
  Upload,
  Uploader,
  UploadStart,
  WriteOptions,
} from './file-system.ts';
export type { Sweep } from './local/leftovers.ts';
export { type LocalFileSystem, localFileSystem, type LocalOptions } from './local/local-file-system.ts';
export type { Flush } from './local/upload.ts';
export { type MemoryFileSystem, type MemoryOptions, memoryFileSystem } from './memory/memory-file-system.ts';
export { type MountFileSystem, mountFileSystem } from './mount/mount-file-system.ts';
export type { Mount } from './mount/mount-table.ts';
export { announced, type Digest, type UploadHook, type UploadNotice } from './wrap/announced.ts';
export { chaos, type Fault, type FaultPoint } from './wrap/chaos.ts';
export { quota } from './wrap/quota.ts';
export type { QuotaLimits } from './wrap/quota-ledger.ts';
export { readOnly } from './wrap/read-only.ts';
export { type Rates, throttled } from './wrap/throttle.ts';
export { resolvePath, ROOT, type VirtualPath } from '../base/virtual-path.ts';
export { applyPlan } from './sync/apply-plan.ts';
export { expand } from './sync/expand.ts';
export { compileFilter, type Filter, type FilterRule, walkFilter } from './sync/filter.ts';
export { planSync } from './sync/plan-sync.ts';
export { planLines } from './sync/print-plan.ts';
export type { SyncAction, SyncOptions, SyncPlan } from './sync/sync-plan.ts';
export type { ApplyOptions, SyncEvent, SyncReport } from './sync/sync-report.ts';
