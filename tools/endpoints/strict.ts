/**
 * A gateway that forbids every field it does not know, as Mistral's and FastAPI's with `extra="forbid"` do: 422, `extra_forbidden`, one field at
 * a time and `loc` to say which (Vali-98/ChatterUI#143, mistralai/platform-docs-public#7, FlowiseAI/Flowise#2866).
 */
import { type Asked, ChatServer, json, type ServerOptions, type Trouble } from './server.ts';

export interface StrictOptions extends ServerOptions {
  /** Fields that it takes. */
  readonly takes?: readonly string[];
  /** Forms of output that it takes; others are refused without a word on which field it is about. */
  readonly formats?: readonly string[];
  /** It says nothing of what it refuses: a bare 400. */
  readonly mute?: boolean;
}

const LEAST = ['model', 'messages', 'stream'];

export class StrictServer extends ChatServer {
  readonly #options: StrictOptions;

  constructor(options: StrictOptions) {
    super(options);
    this.#options = options;
  }

  refuse(status: number, message: string, more: Readonly<Record<string, unknown>> = {}): Response {
    return json({ object: 'error', message, type: 'invalid_request_error', param: null, code: null, ...more }, status);
  }

  protected override chat(asked: Asked, trouble: Trouble | null): Promise<Response> {
    const { takes = [], formats = [], mute = false } = this.#options;
    const { body } = asked;
    const field = Object.keys(body).find((name) => ![...LEAST, ...takes].includes(name));
    const format = body.response_format?.type;
    const odd = field ?? (format !== undefined && !formats.includes(format) ? 'response_format' : undefined);
    if (odd !== undefined && mute) return Promise.resolve(new Response('Bad Request', { status: 400 }));
    if (field !== undefined) {
      const detail = [
        { type: 'extra_forbidden', loc: ['body', field], msg: 'Extra inputs are not permitted', input: body[field] },
      ];
      return Promise.resolve(this.refuse(422, '', { message: { detail } }));
    }
    if (odd !== undefined)
      return Promise.resolve(this.refuse(400, `This response_format type is unavailable now: ${String(format)}`));
    return this.answer(asked, this.wordsOf(asked), trouble, { reasoning: () => ({}), failing: () => [] });
  }
}
