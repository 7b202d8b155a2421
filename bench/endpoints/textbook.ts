/** The peer: a client as the textbook has it. OpenAI's own parameters, one try, events by the letter; as many at once as there are. */
export interface Asking {
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly prompt: string;
  readonly schema: string;
  readonly maxTokens: number;
}

/** The answer's text. Rejects where anything else comes. */
export async function textbook({ url, key, model, prompt, schema, maxTokens }: Asking): Promise<string> {
  const response = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model,
      messages: [{ role: 'user', content: prompt }],
      max_tokens: maxTokens,
      temperature: 0,
      seed: 7,
      stream: true,
      stream_options: { include_usage: true },
      response_format: { type: 'json_schema', json_schema: { name: 'output', schema: JSON.parse(schema) as unknown } },
    }),
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok) throw new Error(String(response.status));
  let text = '';
  for (const event of (await response.text()).split('\n\n')) {
    if (!event.startsWith('data: ') || event === 'data: [DONE]') continue;
    const { choices } = JSON.parse(event.slice(6)) as { choices: { delta: { content?: string } }[] };
    text += choices[0]?.delta.content ?? '';
  }
  return text;
}
