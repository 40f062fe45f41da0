import { followTheme } from './show-theme.ts';

// A script of its own in the head: the theme stands before anything is painted.
followTheme();
