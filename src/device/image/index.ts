/** The door of images: what they are called, what they say of themselves, whether they are whole, and how synthetic ones are made. */
export { identifyImage, type ImageIdentity, type ImageWish } from './image-facts.ts';
export { imageFileName, readImageFileName } from './image-file-name.ts';
export { type ImageInspection, type ImageState, inspectImage } from './inspect-image.ts';
export { makeImage, MAX_IMAGE_BYTES, minimumImageBytes } from './make-image.ts';
export { hasTarImages, makeTarImage, tarImageBytes } from './make-tar-image.ts';
export { DAMAGES, type Damage, spoil } from './spoil.ts';
