/** Whether the runtime's worker was replaced, as long as the person has not put the word of it away. */
export const renewal = $state({ unread: false, reason: '' });
