/** Names that Windows reads differently from how they are written: devices, streams, drives, trimmed endings. */

const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$/i;
const FORBIDDEN = /[\\/:*?"<>|\u0000-\u001f]/;
const TRIMMED_ENDING = /[. ]$/;
/** `PROGRA~1`: a second name of another file. */
const SHORT_NAME = /~[0-9]/;

/** True when the name means on Windows exactly what it says, and nothing else. */
export const isPlainWindowsName = (name: string): boolean =>
  !DEVICE.test(name.replace(/ +(?=\.|$)/g, '')) &&
  !FORBIDDEN.test(name) &&
  !TRIMMED_ENDING.test(name) &&
  !SHORT_NAME.test(name);
