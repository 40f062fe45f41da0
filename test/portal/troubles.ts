/** A text in both languages of the portal's page. */
export interface Text {
  ru: string;
  en: string;
}

/** Something that a person chooses before a trouble begins. */
export interface TroubleField {
  name: string;
  label: Text;
  /** Absent: any text. */
  choices?: readonly string[];
  byDefault: string;
}

/** What came of beginning a trouble. */
export interface Begun {
  /** What ends it; absent: it is over already. */
  end?: () => void;
  /** What is said of it. */
  text?: Text;
}

/** One thing that can go wrong at a person's wish. */
export interface Trouble {
  name: string;
  title: Text;
  /** What will be seen in the application. */
  hint: Text;
  fields?: readonly TroubleField[];
  /** It does its work and is over; absent: it lasts until it is ended. */
  isOnce?: boolean;
  begin(values: Readonly<Record<string, string>>): Begun | Promise<Begun>;
}

/** A trouble as the page shows it. */
export interface ShownTrouble {
  name: string;
  title: Text;
  hint: Text;
  fields: readonly TroubleField[];
  isOnce: boolean;
  isOn: boolean;
  /** What was chosen, or would be. */
  values: Readonly<Record<string, string>>;
}

/** The troubles of one portal, and which of them last just now. */
export class Troubles {
  readonly #known = new Map<string, Trouble>();
  readonly #on = new Map<string, { end: () => void; values: Record<string, string> }>();
  readonly #beginning = new Set<string>();

  /** Adds troubles; one of the same name takes the place of the former. */
  teach(...troubles: readonly Trouble[]): void {
    for (const trouble of troubles) this.#known.set(trouble.name, trouble);
  }

  list(): ShownTrouble[] {
    return [...this.#known.values()].map(({ name, title, hint, fields = [], isOnce = false }) => {
      const values = this.#on.get(name)?.values ?? Object.fromEntries(fields.map((one) => [one.name, one.byDefault]));
      return { name, title, hint, fields, isOnce, isOn: this.#on.has(name), values };
    });
  }

  /** Names of those that last. */
  get lasting(): string[] {
    return [...this.#on.keys()];
  }

  /** Begins one; what is missing of its values is as by default. One that lasts ends first. Throws for an unknown one, or while it begins. */
  async begin(name: string, given: Readonly<Record<string, unknown>> = {}): Promise<Text | null> {
    const trouble = this.#find(name);
    if (this.#beginning.has(name)) throw new Error('Уже выполняется');
    const values = valuesOf(trouble, given);
    this.end(name);
    this.#beginning.add(name);
    try {
      const { end, text } = await trouble.begin(values);
      if (end) this.#on.set(name, { end, values });
      return text ?? null;
    } finally {
      this.#beginning.delete(name);
    }
  }

  /** Ends one that lasts; nothing for others. Repeat-safe. */
  end(name: string): void {
    this.#find(name);
    this.#on.get(name)?.end();
    this.#on.delete(name);
  }

  /** Ends all that last. */
  endAll(): void {
    for (const name of this.lasting) this.end(name);
  }

  #find(name: string): Trouble {
    const trouble = this.#known.get(name);
    if (!trouble) throw new Error(`There is no trouble ${name}`);
    return trouble;
  }
}

/** Throws for a value that is none of the choices. */
function valuesOf({ fields = [] }: Trouble, given: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    fields.map(({ name, choices, byDefault }) => {
      const value = String(given[name] ?? byDefault).trim();
      if (choices && !choices.includes(value)) throw new Error(`${name}: ${value}?`);
      return [name, value];
    }),
  );
}
