/** What a PromQL expression speaks of. */
export interface Spoken {
  metrics: string[];
  labels: string[];
}

const functions = ['absent', 'histogram_quantile', 'increase', 'max', 'min', 'rate', 'sum'];
const words = ['by', 'offset'];

/** The metrics and labels of an expression; what is neither a function that these files use nor a label is taken for a metric. */
export function spokenOf(expression: string): Spoken {
  const labels: string[] = [];
  const bare = expression
    .replace(/"[^"]*"/g, '""')
    .replace(/\{([^}]*)\}/g, (_all, inner: string) => {
      labels.push(...[...inner.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label));
      return ' ';
    })
    .replace(/\bby\s*\(([^)]*)\)/g, (_all, inner: string) => {
      labels.push(...inner.split(',').map((label) => label.trim()));
      return ' ';
    })
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\boffset\s+\w+/g, ' ');
  const names = [...bare.matchAll(/[a-zA-Z_]\w*/g)].map(([name]) => name);
  return { metrics: names.filter((name) => ![...functions, ...words].includes(name)), labels };
}
