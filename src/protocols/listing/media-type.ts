/** The media type of a file by the end of its name: what network devices and their servers keep, and little else. */

const TYPES = new Map(
  Object.entries({
    'text/plain': 'txt text log cfg conf config ini md csv',
    'text/html': 'html htm',
    'application/json': 'json',
    'application/xml': 'xml',
    'application/yaml': 'yaml yml',
    'application/pdf': 'pdf',
    'application/zip': 'zip',
    'application/gzip': 'gz tgz',
    'application/x-bzip2': 'bz2',
    'application/x-xz': 'xz',
    'application/x-tar': 'tar',
    'application/octet-stream': 'bin img iso pkg swi vmdk qcow2',
    'image/png': 'png',
    'image/jpeg': 'jpg jpeg',
    'image/gif': 'gif',
    'image/svg+xml': 'svg',
  }).flatMap(([type, extensions]) => extensions.split(' ').map((extension) => [extension, type] as const)),
);

/** `undefined` when the name tells nothing. */
export function mediaType(name: string): string | undefined {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? undefined : TYPES.get(name.slice(dot + 1).toLowerCase());
}
