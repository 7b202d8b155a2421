/** What a file says where all agents are to work at an endpoint that a person names. */
export const REMOTE_MODEL = 'remote';
