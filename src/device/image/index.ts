/** The door of images: what they are called, what they say of themselves, and how synthetic ones are made. */
export { checkTarImage } from './check-tar-image.ts';
export { identifyImage, type ImageFacts, type ImageIdentity, type ImageWish } from './image-facts.ts';
export { imageFileName } from './image-file-name.ts';
export { ImageCheck } from './check-image.ts';
export { makeImage, minimumImageBytes } from './make-image.ts';
export { makeTarImage, tarImageBytes } from './make-tar-image.ts';
export { ImageScan } from './read-image-facts.ts';
