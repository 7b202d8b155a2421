/** The endpoint that is being named. In the memory of this tab alone; address and model stay there for the next time, the key does not. */
import type { RemoteSettings } from '../../runtime/protocol/protocol.ts';
import { type Destination, destinationOf, faultsOf } from './typed.ts';

export class TypedFields {
  url = $state('');
  model = $state('');
  /** Nowhere but here, and not here once it is handed over. */
  key = $state('');

  readonly faults = $derived(faultsOf({ url: this.url, model: this.model, key: this.key }));
  readonly sound = $derived(!this.faults.url && !this.faults.model && !this.faults.key);
  readonly destination: Destination | null = $derived(destinationOf(this.url));

  /** To hand over, once it is sound. */
  settings(): RemoteSettings {
    return { url: this.url, model: this.model, key: this.key === '' ? null : this.key };
  }

  handedOver(): void {
    this.key = '';
  }
}

/** Of the run in preparation, and of a run whose endpoint is asked for again. */
export const typed = new TypedFields();
