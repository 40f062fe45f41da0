import { ConfigError, loadConfig } from '../../config/config.ts';

/** What the configuration says of an environment; empty when it is in order. Throws what is no problem of the environment. */
export function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
