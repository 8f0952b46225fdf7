/** Virtual devices for a test: in this process, on free ports, switched off when the test is over. */
import { type DeviceListener, makeLab } from '../../src/app/device/run-devices.ts';
import { type DeviceFlags, deviceSettings } from '../../src/config/device-settings.ts';
import type { Device } from '../../src/device/index.ts';
import type { ServerEvent } from '../../src/observe/event.ts';

export interface TestLab extends AsyncDisposable {
  readonly devices: readonly Device[];
  readonly listeners: readonly DeviceListener[];
  readonly events: readonly ServerEvent[];
  /** The port of a door of the only device. */
  port(protocol: DeviceListener['protocol']): number;
}

/** Waits of a device take no time. */
export async function startLab(flags: DeviceFlags, cwd = '/'): Promise<TestLab> {
  const events: ServerEvent[] = [];
  const lab = await makeLab(deviceSettings({ pace: '0', ...flags }, cwd), {
    observe: (event) => void events.push(event),
  });
  try {
    const listeners = await lab.powerOn();
    return {
      devices: lab.devices,
      listeners,
      events,
      port(protocol) {
        const found = listeners.find((listener) => listener.protocol === protocol);
        if (found === undefined) throw new Error(`no door of ${protocol} is open`);
        return found.port;
      },
      [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
    };
  } catch (error) {
    await lab[Symbol.asyncDispose]();
    throw error;
  }
}
