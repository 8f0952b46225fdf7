/** The door of the local file system. */
export { type LocalFileSystem, localFileSystem, type LocalOptions } from './local.ts';
