/**
 * How far two ways of computing the same logits may lie apart, by what the library computes in and how deep the model is. docs/decisions
 * (0024) says where the figures come from.
 */

/** 32-bit kernels that order their sums differently: 1e-4 measured at four layers, and three orders of magnitude below any fault. */
const F32 = 0.05;
/**
 * 16-bit rounding alone: 0.02 to 0.10 on four layers. Each layer's errors are independent of the others', so they grow with the root of their
 * number; three times the largest that was seen.
 */
const F16_OF_ONE_LAYER = 0.15;
/** Above this a difference is no rounding at any depth: TVM's merge race is off by 5. */
const MOST = 1.5;
/** Where the configuration does not say. */
const UNKNOWN_LAYERS = 32;

type Sizes = Readonly<Record<'num_hidden_layers' | 'n_layer' | 'num_layers', unknown>>;

/** Largest difference of a logit that is rounding. `config` is that of `mlc-chat-config.json`. */
export function toleranceOf(config: object): number {
  if (!inF16(config)) return F32;
  return Math.min(MOST, F16_OF_ONE_LAYER * Math.sqrt(layersOf(config)));
}

/** Whether the library computes, and keeps its K/V, in 16 bits: the quantization's name says so. */
export function inF16(config: object): boolean {
  return /f16/.test((config as { quantization?: string }).quantization ?? '');
}

function layersOf(config: object): number {
  const { model_config: own } = config as { model_config?: Partial<Sizes> & { text_config?: Partial<Sizes> | null } };
  for (const sizes of [own?.text_config, own]) {
    const layers = sizes?.num_hidden_layers ?? sizes?.n_layer ?? sizes?.num_layers;
    if (Number.isSafeInteger(layers) && (layers as number) > 0) return layers as number;
  }
  return UNKNOWN_LAYERS;
}
