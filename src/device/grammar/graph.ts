/** All commands of a mode as one tree: what may be typed after what has been typed. */
import { type ArgumentType, argumentType } from './argument-type.ts';
import { type Element, waysThrough } from './syntax.ts';

/** What the grammar must know of a command; rows have more. */
export interface Phrase {
  /** As {@link waysThrough} reads it. */
  readonly syntax: string;
  /** The least privilege level (0 to 15) that may use it. */
  readonly privilege?: number;
}

export interface KeywordEdge<Row> {
  readonly word: string;
  /** It may not be cut shorter. */
  readonly leastLetters: number;
  readonly node: Node<Row>;
}

export interface ArgumentEdge<Row> {
  readonly name: string;
  readonly type: ArgumentType;
  readonly node: Node<Row>;
}

export interface Node<Row> {
  /** By the keyword in lower case. */
  readonly keywords: ReadonlyMap<string, KeywordEdge<Row>>;
  /** Strict types first. */
  readonly arguments: readonly ArgumentEdge<Row>[];
  /** The command that is complete here. */
  readonly row: Row | undefined;
  /** What has been typed up to here, for help texts: `show ip interface`. */
  readonly path: string;
}

interface Growing<Row> extends Node<Row> {
  readonly keywords: Map<string, KeywordEdge<Row>>;
  readonly arguments: ArgumentEdge<Row>[];
  row: Row | undefined;
}

const seedling = <Row>(path: string): Growing<Row> => ({ keywords: new Map(), arguments: [], row: undefined, path });

function grow<Row>(node: Growing<Row>, element: Element, types: ReadonlyMap<string, ArgumentType>): Growing<Row> {
  if (element.kind === 'keyword') {
    const key = element.word.toLowerCase();
    const edge = node.keywords.get(key) ?? {
      word: element.word,
      leastLetters: element.leastLetters,
      node: seedling<Row>(`${node.path} ${key}`.trim()),
    };
    node.keywords.set(key, edge);
    return edge.node as Growing<Row>;
  }
  const type = argumentType(element.type, types);
  const found = node.arguments.find((edge) => edge.name === element.name && edge.type.shown === type.shown);
  if (found !== undefined) return found.node as Growing<Row>;
  const edge = { name: element.name, type, node: seedling<Row>(`${node.path} <${element.name}>`.trim()) };
  node.arguments.push(edge);
  node.arguments.sort((one, other) => Number(one.type.isLoose ?? false) - Number(other.type.isLoose ?? false));
  return edge.node;
}

/**
 * The tree of all rows that a privilege level may use. `types` are the argument types of the platform. Throws a RangeError
 * for a row that is malformed, and for two rows that mean the same line.
 */
export function compileGraph<Row extends Phrase>(
  rows: readonly Row[],
  types: ReadonlyMap<string, ArgumentType>,
  privilege: number,
): Node<Row> {
  const root = seedling<Row>('');
  for (const row of rows) {
    if ((row.privilege ?? 1) > privilege) continue;
    for (const way of waysThrough(row.syntax)) {
      const node = way.reduce((at, element) => grow(at, element, types), root);
      if (node.row !== undefined && node.row !== row)
        throw new RangeError(`"${row.syntax}" and "${node.row.syntax}" mean the same line`);
      node.row = row;
    }
  }
  return root;
}
