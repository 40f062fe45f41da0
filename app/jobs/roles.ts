/**
 * What one process does: everything, HTTP only, all jobs, or one part of the jobs: those that a person waits for (`urgent`), or the others
 * (`bulk`).
 */
export const roles = ['all', 'web', 'worker', 'urgent', 'bulk'] as const;
export type Role = (typeof roles)[number];

/** Whether a process of this role answers requests. */
export const servesHttp = (role: Role): boolean => role === 'all' || role === 'web';
