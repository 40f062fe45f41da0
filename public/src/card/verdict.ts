import type { MappingState } from '../api/records.ts';
import type { Phrase } from '../i18n/phrase.ts';
import { cardWords } from '../words/card.ts';
import { recordWords } from '../words/records.ts';

/** What is known of the pair behind a card. */
export interface CardFacts {
  /** What is known was read before the tab was shown, or is not read yet. */
  isOld: boolean;
  hasFailed: boolean;
  isDone: boolean;
  state: MappingState;
  isPaused: boolean;
  conflicts: number;
  differing: number;
}

export interface Verdict {
  color: 'air-primary-alert' | 'air-primary-warning' | 'air-tertiary' | 'air-secondary-accent' | 'air-primary-success';
  text: Phrase;
  count: number;
}

/** One word on the pair behind a card: what is worst of it. Pure. */
export function judgeCard(facts: CardFacts): Verdict {
  const { conflicts: count } = facts;
  if (facts.hasFailed) return { color: 'air-primary-alert', text: cardWords.failed, count };
  if (facts.isOld) return { color: 'air-tertiary', text: cardWords.checking, count };
  if (facts.state !== 'linked' && facts.isDone) return { color: 'air-tertiary', text: recordWords[facts.state], count };
  if (count > 0) return { color: 'air-primary-warning', text: cardWords.undecided, count };
  if (facts.isPaused) return { color: 'air-tertiary', text: cardWords.paused, count };
  if (!facts.isDone) return { color: 'air-secondary-accent', text: cardWords.waiting, count };
  if (facts.differing > 0) return { color: 'air-primary-warning', text: cardWords.differs, count };
  return { color: 'air-primary-success', text: cardWords.inStep, count };
}
