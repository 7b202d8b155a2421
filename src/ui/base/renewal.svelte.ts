/**
 * Whether the runtime's worker was replaced, as long as the person has not put the notice of it away. Apart from both who share it: main.ts
 * writes it before there is a component, run/Notices.svelte shows it.
 */
export const renewal = $state({ unread: false, reason: '' });
