/** How large the uploads of the kill test are. */
export const PIECE_BYTES = 16_384;
export const PIECES = 16;
