/** Where the startup configuration lies in nvram:. */
import { resolvePath, ROOT } from '../base/virtual-path.ts';

export const STARTUP_CONFIG = resolvePath(ROOT, 'startup-config') ?? ROOT;
