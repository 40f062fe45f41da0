/** One column of a list beside the record's name. */
export interface GridColumn {
  /** The slot `cell-<id>` shows it. */
  id: string;
  label: string;
  /** Classes of its cells: a width, or from which width of the page it is shown. */
  class?: string;
  /** What the list is sorted by when the header is pressed; none: it cannot be. */
  sort?: string;
}

/** One line of a row's menu: a link, or something that is done. */
export interface RowAction {
  label: string;
  href?: string;
  isDangerous?: boolean;
  run?: () => void;
}
