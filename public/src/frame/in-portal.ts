/** Whether a portal opened this page: it names its frames `HOST|SECURE|SID`. */
export function isInPortal(): boolean {
  return window.parent !== window && /^[^|]+\|[01]\|\w+$/.test(window.name);
}
