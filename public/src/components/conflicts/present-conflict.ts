import type { Conflict, Side } from '../../api/conflicts.ts';
import { formatTime } from '../../i18n/format.ts';
import { shownNumber } from '../../i18n/record-number.ts';
import { say } from '../../i18n/translate.ts';
import { shownValue } from '../../i18n/values.ts';
import { diffWords, type Piece } from '../../text/word-diff.ts';
import { conflictWords as words } from '../../words/conflicts.ts';
import { kindWords } from '../../words/kinds.ts';

export interface SideOfConflict {
  pieces: Piece[];
  /** Whether it stands, lost, or waits. */
  mark: string;
  /** When it was changed, and by whom, as far as that is known. */
  changed: string | null;
}

/** What people call the record of a conflict. */
export function nameOfConflict({ local_name: name, entity, local_id: id }: Conflict): string {
  return name ?? `${say(kindWords[entity])} ${shownNumber(id)}`;
}

/** Both values as people read them, with the words that differ. */
export function sidesOf(conflict: Conflict): Record<Side, SideOfConflict> {
  const pieces = diffWords(shownValue(conflict.local_value), shownValue(conflict.bitrix24_value));
  const markOf = (side: Side) =>
    say(conflict.winner === 'none' ? words.stays : conflict.winner === side ? words.won : words.lost);
  const { local_changed_at: ours, bitrix24_changed_at: theirs, bitrix24_changed_by: by } = conflict;
  const name = conflict.bitrix24_changed_by_name ?? (by && say(words.employee, { id: by }));
  return {
    crm: {
      pieces: pieces.left,
      mark: markOf('crm'),
      changed: ours && say(words.changedAt, { time: formatTime(ours) }),
    },
    bitrix24: {
      pieces: pieces.right,
      mark: markOf('bitrix24'),
      changed: theirs && say(name ? words.changedBy : words.changedAt, { time: formatTime(theirs), name: name ?? '' }),
    },
  };
}

const winners = { crm: words.winnerCrm, bitrix24: words.winnerRemote, none: words.winnerNone };

export const nameOfWinner = (winner: Conflict['winner']): string => say(winners[winner]);
