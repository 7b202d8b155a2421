/** Cache storage in memory, as much of it as files of models were kept with; Node has none. */
export class MemoryCaches implements CacheStorage {
  readonly #caches = new Map<
    string,
    Map<string, { readonly body: ArrayBuffer; readonly headers: [string, string][] }>
  >();
  /** Runs before each change; one that never settles is a worker that died. */
  beforeChange: () => Promise<void> = () => Promise.resolve();
  has = (name: string): Promise<boolean> => Promise.resolve(this.#caches.has(name));
  keys = (): Promise<string[]> => Promise.resolve([...this.#caches.keys()]);
  match = (): Promise<undefined> => Promise.resolve(undefined);

  async delete(name: string): Promise<boolean> {
    await this.beforeChange();
    return this.#caches.delete(name);
  }

  open(name: string): Promise<Cache> {
    const files = this.#caches.get(name) ?? new Map<string, { body: ArrayBuffer; headers: [string, string][] }>();
    this.#caches.set(name, files);
    const cache = {
      match: (url: string) => {
        const file = files.get(url);
        return Promise.resolve(file && new Response(file.body, { headers: file.headers }));
      },
      keys: () => Promise.resolve([...files.keys()].map((url) => ({ url }))),
      put: async (url: string, response: Response) => {
        files.set(url, { body: await response.arrayBuffer(), headers: [...response.headers] });
      },
      delete: async (url: string) => {
        await this.beforeChange();
        return files.delete(url);
      },
    };
    return Promise.resolve(cache as unknown as Cache);
  }
}
