/** Why a TLS handshake failed, as a clause that says what to do: OpenSSL's own words help only those who know them. */

/** OpenSSL's reason, or a part of it, and what it means here. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [
    /alert (unknown ca|bad certificate|certificate unknown)/i,
    "the client does not trust this server's certificate: give it the authority's certificate, or one that it trusts",
  ],
  [
    /alert certificate expired/i,
    "the client finds this server's certificate expired: renew it, or set the client's clock",
  ],
  [/no application protocol/i, 'the client asked by ALPN for another protocol than FTP'],
  [/wrong version number|http request|packet length too long/i, 'what the client sent is not TLS'],
  [
    /unsupported protocol|version too low|alert protocol version/i,
    'the client knows only versions of TLS that are not served here: 1.2 is the oldest that can be',
  ],
  [/no shared cipher|no suitable/i, 'the client and this server have no cipher in common: see tls.ciphers'],
  [/renegotiation/i, 'the client asked for renegotiation, which is refused'],
];

/** The clause for an error of OpenSSL or of the socket. */
export function whyTlsFailed(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
  return MEANINGS.find(([pattern]) => pattern.test(reason))?.[1] ?? reason;
}
