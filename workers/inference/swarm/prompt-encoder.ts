/**
 * From messages to token ids, as WebLLM does it (Conversation.getPromptArray, LLMChatPipeline.getInputData): the template makes one piece
 * per message, each piece is tokenised on its own. Because of that, the ids of a role's prompt are the same whatever follows.
 *
 * Unlike WebLLM's, what a message says never becomes a control token: a log line that contains `<|im_end|>` stays text.
 */
import type { ChatMessage } from '../../../src/engine/contract.ts';
import type { ChatTemplate, Tokenizer } from '../device/webllm-internals.ts';
import { isControl } from '../grammar/token-trie.ts';

export interface Prompt {
  readonly ids: readonly number[];
  /** How many of the ids come from the part that agents share. */
  readonly shared: number;
}

/** Part of a piece: text of the template, which may hold control tokens, or of a message, which may not. */
type Part = { readonly text: string; readonly trusted: boolean };

export class PromptEncoder {
  readonly #tokenizer: Tokenizer;
  readonly #template: ChatTemplate;
  /** Finds any control token in a message's text; null when the vocabulary has none. */
  readonly #control: RegExp | null;

  /** `vocabulary` is the token table, by id. */
  constructor(tokenizer: Tokenizer, template: ChatTemplate, vocabulary: readonly string[]) {
    this.#tokenizer = tokenizer;
    this.#template = template;
    const control = vocabulary
      .filter((token) => isControl.test(token))
      .map((token) => token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    this.#control = control.length > 0 ? new RegExp(control.join('|'), 'g') : null;
  }

  /** `prefix` is what agents of a role share, `messages` what only this turn has. */
  encode(prefix: readonly ChatMessage[], messages: readonly ChatMessage[]): Prompt {
    const t = this.#template;
    const ids: number[] = [...(t.system_prefix_token_ids ?? [])];
    const all = [...prefix, ...messages];
    const system = all.filter((message) => message.role === 'system').map((message) => message.content);
    const systemText = system.length > 0 ? system.join('\n\n') : t.system_message;
    const ownSystem = messages.some((message) => message.role === 'system');
    let shared = 0;

    const silent = systemText === '' && t.render_empty_system_message === false;
    const systemParts = silent ? [] : fill(t.system_template, '{system_message}', systemText);
    this.#encodePiece(systemParts, ids);
    if (!ownSystem) shared = ids.length;

    const spoken = all.filter(
      (message): message is ChatMessage & { role: 'user' | 'assistant' } => message.role !== 'system',
    );
    const sharedMessages = prefix.filter((message) => message.role !== 'system').length;
    spoken.forEach((message, i) => {
      const role = t.roles[message.role];
      const bare = t.add_role_after_system_message === false && systemParts.length > 0 && i === 0;
      const header = bare ? '' : role + (t.role_content_sep ?? ': ');
      const template = t.role_templates?.[message.role];
      const placeholder = message.role === 'user' ? '{user_message}' : '{assistant_message}';
      const body =
        template === undefined
          ? [{ text: message.content, trusted: false }]
          : fill(template, placeholder, message.content);
      const separator = t.seps[i % t.seps.length] ?? '';
      this.#encodePiece([{ text: header, trusted: true }, ...body, { text: separator, trusted: true }], ids);
      if (!ownSystem && i < sharedMessages) shared = ids.length;
    });
    this.#encodePiece([{ text: t.roles.assistant + (t.role_empty_sep ?? ': '), trusted: true }], ids);
    return { ids, shared };
  }

  /** One call of the tokenizer, unless a message holds the text of a control token: that is cut in two, so that it stays text. */
  #encodePiece(parts: readonly Part[], ids: number[]): void {
    let text = '';
    const flush = (): void => {
      if (text !== '') for (const id of this.#tokenizer.encode(text)) ids.push(id);
      text = '';
    };
    for (const part of parts) {
      if (part.trusted || !this.#control) {
        text += part.text;
        continue;
      }
      let at = 0;
      for (const match of part.text.matchAll(this.#control)) {
        const cut = match.index + (match[0].length >> 1);
        text += part.text.slice(at, cut);
        flush();
        at = cut;
      }
      text += part.text.slice(at);
    }
    flush();
  }
}

/** Puts text into a template without giving any of its characters a meaning. */
function fill(template: string, placeholder: string, text: string): Part[] {
  const at = template.indexOf(placeholder);
  const plain = (part: string): string => part.replaceAll('{function_string}', '');
  if (at < 0) return [{ text: plain(template), trusted: true }];
  return [
    { text: plain(template.slice(0, at)), trusted: true },
    { text, trusted: false },
    { text: plain(template.slice(at + placeholder.length)), trusted: true },
  ];
}
