/** The names of a platform's interfaces, in the order of the box. */
import type { InterfaceGroup, Platform } from './platform.ts';

export interface PhysicalInterface {
  readonly name: string;
  readonly group: InterfaceGroup;
}

export const physicalInterfaces = ({ interfaces }: Platform): readonly PhysicalInterface[] =>
  interfaces.flatMap((group) =>
    Array.from({ length: group.last - group.first + 1 }, (_, index) => ({
      name: `${group.kind}${group.slot}${group.first + index}`,
      group,
    })),
  );
