import { followTheme } from './show-theme.ts';

// It stands in the head of each page: the theme is known before anything is painted.
followTheme();
