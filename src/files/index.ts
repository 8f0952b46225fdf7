/** The door of the file systems. */
export { FILE_ERROR_KINDS, FileError, type FileErrorKind } from './error.ts';
export type {
  Attributes,
  CallOptions,
  Entry,
  EntryType,
  FileReader,
  FileSystem,
  Links,
  OpenAtOptions,
  OpenFile,
  StatOptions,
  Upload,
  UploadStart,
  WriteOptions,
} from './file-system.ts';
export { type LocalFileSystem, localFileSystem, type LocalOptions } from './local/index.ts';
export { readOnly } from './wrap/read-only.ts';
export { resolvePath, ROOT, type VirtualPath } from '../base/virtual-path.ts';
