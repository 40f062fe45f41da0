export interface Status {
  id: string;
  name: string;
}

/** What a new portal has beside its stages (api-reference/crm/status/crm-status-list.md, 2026-08). */
const first: Record<string, Status[]> = {
  SOURCE: [
    { id: 'CALL', name: 'Звонок' },
    { id: 'EMAIL', name: 'Электронная почта' },
    { id: 'WEB', name: 'Веб-сайт' },
    { id: 'OTHER', name: 'Другое' },
  ],
  DEAL_TYPE: [
    { id: 'SALE', name: 'Продажа' },
    { id: 'SERVICE', name: 'Сервисное обслуживание' },
  ],
  CONTACT_TYPE: [
    { id: 'CLIENT', name: 'Клиенты' },
    { id: 'SUPPLIER', name: 'Поставщики' },
    { id: 'PARTNER', name: 'Партнёры' },
    { id: 'OTHER', name: 'Другое' },
  ],
  COMPANY_TYPE: [
    { id: 'CUSTOMER', name: 'Клиент' },
    { id: 'SUPPLIER', name: 'Поставщик' },
    { id: 'COMPETITOR', name: 'Конкурент' },
    { id: 'OTHER', name: 'Другое' },
  ],
  INDUSTRY: [
    { id: 'IT', name: 'Информационные технологии' },
    { id: 'DELIVERY', name: 'Доставка' },
  ],
};

/** The lists that fields of the type `crm_status` take their values from, but for stages. Records keep a value that was deleted here. */
export class StatusLists {
  #lists = structuredClone(first);

  /** Each list with its values in their order. */
  all(): [string, readonly Status[]][] {
    return Object.entries(this.#lists);
  }

  add(list: string, status: Status): void {
    this.#lists[list] = [...(this.#lists[list] ?? []), status];
  }

  delete(list: string, id: string): void {
    this.#lists[list] = (this.#lists[list] ?? []).filter((status) => status.id !== id);
  }

  snapshot(): Record<string, Status[]> {
    return this.#lists;
  }

  load(lists: Record<string, Status[]> | undefined): void {
    if (lists) this.#lists = lists;
  }
}
