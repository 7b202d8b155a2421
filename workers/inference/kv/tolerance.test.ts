import { expect, test } from 'vitest';
import { toleranceOf } from './tolerance.ts';

const of = (quantization: string | undefined, layers?: number) =>
  toleranceOf({ quantization, ...(layers !== undefined && { model_config: { num_hidden_layers: layers } }) });

test('32-bit libraries are held to the same at every depth', () => {
  for (const quantization of ['q4f32_1', 'q0f32', undefined])
    for (const layers of [4, 16, 80]) expect(of(quantization, layers)).toBe(0.05);
});

test('16-bit rounding as simulated on four layers passes three times over; deeper models may differ by more', () => {
  expect(of('q4f16_1', 4)).toBeCloseTo(0.3);
  expect(of('q4f16_1', 16)).toBeCloseTo(0.6);
  expect(of('q0f16', 36)).toBeCloseTo(0.9);
});

test("TVM's merge race never passes, however deep the model", () => {
  for (const layers of [1, 4, 36, 80, 1000]) expect(of('q4f16_1', layers)).toBeLessThan(5 / 3);
});

test('layers are found under every name of theirs, and are many where there is none', () => {
  const f16 = (model_config: object) => toleranceOf({ quantization: 'q4f16_1', model_config });
  expect(f16({ n_layer: 16 })).toBe(of('q4f16_1', 16));
  expect(f16({ num_layers: 16 })).toBe(of('q4f16_1', 16));
  expect(f16({ text_config: { num_hidden_layers: 26 } })).toBe(of('q4f16_1', 26));
  expect(f16({ text_config: null, num_hidden_layers: 26 })).toBe(of('q4f16_1', 26));
  expect(of('q4f16_1')).toBe(of('q4f16_1', 32));
  expect(f16({ num_hidden_layers: Number.NaN })).toBe(of('q4f16_1', 32));
});
