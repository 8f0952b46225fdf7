/** The error codes of TFTP (RFC 1350 §5, RFC 2347). */
export const ERROR_CODE = {
  undefined: 0,
  notFound: 1,
  accessViolation: 2,
  diskFull: 3,
  illegalOperation: 4,
  unknownTransfer: 5,
  exists: 6,
  noSuchUser: 7,
  optionRefused: 8,
} as const;

export type ErrorCode = (typeof ERROR_CODE)[keyof typeof ERROR_CODE];
