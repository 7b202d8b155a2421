/**
 * Runs an asynchronous question again and again without ever overlapping: while one is under way further wishes are folded into one
 * more. The answer that arrives last is to the newest question.
 */
export class Latest<Question, Answer> {
  readonly #ask: (question: Question) => Promise<Answer>;
  readonly #tell: (answer: Answer, question: Question) => void;
  readonly #fail: (error: unknown) => void;
  #waiting: { question: Question } | null = null;
  #busy = false;

  constructor(
    ask: (question: Question) => Promise<Answer>,
    tell: (answer: Answer, question: Question) => void,
    fail: (error: unknown) => void,
  ) {
    this.#ask = ask;
    this.#tell = tell;
    this.#fail = fail;
  }

  want(question: Question): void {
    this.#waiting = { question };
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting) {
      const { question } = this.#waiting;
      this.#waiting = null;
      try {
        this.#tell(await this.#ask(question), question);
      } catch (error) {
        this.#fail(error);
      }
    }
    this.#busy = false;
  }
}
