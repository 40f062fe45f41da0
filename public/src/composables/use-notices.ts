import { reactive } from 'vue';

export interface Notice {
  id: number;
  text: string;
  isFailure: boolean;
}

/** A success is read at a glance; a failure has a sentence to be read. */
const shownMs = { success: 5000, failure: 12_000 };
/** Older ones give way. */
const most = 3;

/** What is being told now, the newest last. */
export const notices = reactive<Notice[]>([]);
let lastId = 0;

function tell(text: string, isFailure: boolean): void {
  lastId += 1;
  const id = lastId;
  notices.push({ id, text, isFailure });
  if (notices.length > most) notices.shift();
  setTimeout(() => dismiss(id), isFailure ? shownMs.failure : shownMs.success);
}

export function dismiss(id: number): void {
  const index = notices.findIndex((notice) => notice.id === id);
  if (index >= 0) notices.splice(index, 1);
}

/** Tells the outcome of what a person did. */
export function useNotice() {
  return {
    success: (text: string) => tell(text, false),
    failure: (text: string) => tell(text, true),
  };
}
