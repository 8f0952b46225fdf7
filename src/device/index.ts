/** The door of the virtual device. */
export { attachConsole } from './console.ts';
export { Device, type DeviceOptions, type PowerState } from './device.ts';
export { layFactorySoftware, leastFactoryBytes } from './factory.ts';
export { FAULTS, type FaultName, type FaultOrder, FaultSyntaxError, parseFault } from './faults.ts';
export { grammarsOf } from './grammars.ts';
export { userFor } from './login.ts';
export { PLATFORMS } from './platforms/catalogue.ts';
export type { Platform } from './platforms/platform.ts';
export type {
  DeviceStore,
  DeviceWorld,
  Doors,
  DoorWishes,
  LineTerminal,
  OpenedTarget,
  TransferPort,
  TransferTarget,
} from './ports.ts';
export { hashSecret } from './secret/secret.ts';
export { STARTUP_CONFIG } from './startup.ts';
export { StateError } from './state/hardware.ts';
export { readText, writeText } from './state/volumes.ts';
export type { System } from './system.ts';
export { serveVisitor } from './vty.ts';
