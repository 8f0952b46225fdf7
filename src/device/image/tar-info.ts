/** The `info` file of a switch's tar image: what `archive download-sw` reads first. As configuration guides describe it. */

export interface TarInfo {
  /** `0x00000000`: which switches may take it. */
  readonly systemType: string;
  /** Where image and html lie: `c2960-lanbasek9-mz.150-2.SE11`. */
  readonly directory: string;
  /** `lanbasek9-150-2.SE11`. */
  readonly versionSuffix: string;
  /** Within the directory: `c2960-lanbasek9-mz.150-2.SE11.bin`. */
  readonly imageName: string;
  readonly iosImageBytes: number;
  /** Image and html together: what must be free. */
  readonly totalImageBytes: number;
  /** `LAYER_2|MIN_DRAM_MEG=64`. */
  readonly feature: string;
  /** `C2960`. */
  readonly family: string;
}

/** Longer ones are no info files. */
const MAX_INFO_BYTES = 8192;

export function writeTarInfo(info: TarInfo): string {
  return [
    `system_type:${info.systemType}:${info.directory}`,
    `  image_family:${info.family}`,
    '  stacking_number:1.53',
    '  info_end:',
    '',
    `version_suffix:${info.versionSuffix}`,
    `version_directory:${info.directory}`,
    `image_system_type_id:${info.systemType}`,
    `image_name:${info.imageName}`,
    `ios_image_file_size:${info.iosImageBytes}`,
    `total_image_file_size:${info.totalImageBytes}`,
    `image_feature:${info.feature}`,
    `image_family:${info.family}`,
    'stacking_number:1.53',
    'info_end:',
    '',
  ].join('\n');
}

const sizeIn = (text: string): number | undefined => (/^\d{1,12}$/.test(text) ? Number(text) : undefined);

/** The last value of each name: the second block has more to say than the first. */
function fieldsIn(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/^[ \t]*([a-z_]{1,40}):[ \t]*([^\r\n]*)$/gm))
    fields.set(name, value.trim());
  return fields;
}

/** Reads an info file; `undefined` when it is none, or lacks what an installation needs. Never throws. */
export function readTarInfo(text: string): TarInfo | undefined {
  if (text.length > MAX_INFO_BYTES) return undefined;
  const fields = fieldsIn(text.replaceAll('\r\n', '\n'));
  const value = (name: string): string => fields.get(name) ?? '';
  const [iosImageBytes, totalImageBytes] = [value('ios_image_file_size'), value('total_image_file_size')].map(sizeIn);
  if (iosImageBytes === undefined || totalImageBytes === undefined) return undefined;
  const info: TarInfo = {
    systemType: fields.get('image_system_type_id') ?? '0x00000000',
    directory: value('version_directory'),
    versionSuffix: value('version_suffix'),
    imageName: value('image_name'),
    iosImageBytes,
    totalImageBytes,
    feature: value('image_feature'),
    family: value('image_family'),
  };
  return info.directory === '' || info.imageName === '' || info.family === '' ? undefined : info;
}
