/** The YAML parser's errors in our words where people meet them, else in the parser's. */
import { type Document, visit, type YAMLError } from 'yaml';
import { quote } from './diagnostic.ts';

export interface SyntaxProblem {
  readonly offset: number;
  readonly message: string;
  readonly expected: string;
  readonly hint: string;
}

const COLON_IN_TEXT = 'put quotes around text that holds ": ", or mend the indentation';

/** @param tooDeep what is expected of files that nest too deeply for the parser */
export function syntaxError(text: string, document: Document.Parsed, error: YAMLError, tooDeep: string): SyntaxProblem {
  const [offset] = error.pos;
  const problem = (message: string, expected: string, hint = '', at = offset): SyntaxProblem => ({
    offset: at,
    message,
    expected,
    hint,
  });
  if (text.startsWith('```')) {
    return problem('the file begins with ```', 'the swarm file alone', 'remove the lines with ```', 0);
  }
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return problem('a tab indents this line', 'spaces');
    case 'RESOURCE_EXHAUSTION':
      return problem('values are nested too deeply', tooDeep);
    case 'MULTIPLE_DOCS':
      return problem('a second document begins here', 'one document in a file');
    case 'TAG_RESOLVE_FAILED':
      return problem(
        `the tag ${quote(text.slice(...error.pos))} is not supported`,
        'plain values without tags',
        'remove the tag',
      );
    case 'BLOCK_AS_IMPLICIT_KEY':
      return problem('a map begins within a value', 'one value', COLON_IN_TEXT);
    case 'BLOCK_IN_FLOW':
      return problem('a map begins within brackets, without brackets of its own', 'one value', COLON_IN_TEXT);
    case 'MULTILINE_IMPLICIT_KEY':
      return problem('no colon and space follow this name', 'a name, a colon, a space and a value');
    case 'BAD_ALIAS':
    case 'BAD_SCALAR_START':
      return problem(`a text cannot begin with ${text[offset] ?? ''}`, 'quotes around such text');
    case 'BAD_DQ_ESCAPE':
      return problem(
        `${text.slice(offset, offset + 2)} means nothing within double quotes`,
        'two backslashes for one',
        'or put the text into single quotes',
      );
    case 'UNEXPECTED_TOKEN':
      if (!error.message.endsWith('at node end')) break;
      return problem('the value before this has ended', 'a new line, or the end of the file');
    case 'BAD_INDENT':
    case 'MISSING_CHAR': {
      if (error.message.startsWith('Missing ,')) return problem('a comma is missing before this', 'a comma');
      const closing = /^Missing closing (.)|must .*end with a (.)$/.exec(error.message)?.slice(1).join('') ?? '';
      const opening = OPENING[closing] ?? closing;
      const opened = closing === '' ? null : unclosed(document, offset, (at) => text[at] === opening);
      if (opened !== null)
        return problem(`the ${opening} that opens here never closes`, `a closing ${closing}`, '', opened);
      if (error.code === 'BAD_INDENT')
        return problem('this line is indented differently', 'the indentation of the lines it belongs to');
      break;
    }
    default:
  }
  return problem(lowerFirst(error.message), 'YAML 1.2 or JSON');
}

const OPENING: Readonly<Record<string, string>> = { ']': '[', '}': '{' };

/** Where the quoted text, list or map begins that the parser gave up on at `end`; of several, the outermost. */
function unclosed(document: Document.Parsed, end: number, opensAt: (offset: number) => boolean): number | null {
  let opened: number | null = null;
  visit(document, {
    Node: (_key, node) => {
      const [start, stop] = node.range ?? [0, -1];
      if (stop !== end || !opensAt(start)) return undefined;
      opened = start;
      return visit.BREAK;
    },
  });
  return opened;
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
