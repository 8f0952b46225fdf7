/** What Portcall uses of ssh2 beyond what it documents: its published types end before it. */
declare module 'ssh2/lib/protocol/kex.js' {
  interface Directions {
    readonly cipher: readonly string[];
    readonly mac: readonly string[];
    readonly compress: readonly string[];
    readonly lang: readonly string[];
  }
  interface Offer {
    readonly kex: readonly string[];
    readonly serverHostKey: readonly string[];
    readonly cs: Directions;
    readonly sc: Directions;
  }
  /** The algorithms that a side offers, as they are sent. */
  interface KexInit {
    readonly totalSize: number;
  }
  const parts: { readonly KexInit: new (offer: Offer) => KexInit };
  // eslint-disable-next-line no-restricted-syntax -- It is how CommonJS comes in.
  export default parts;
  export type { KexInit };
}
