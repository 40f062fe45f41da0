import type { Frame, Page } from 'playwright-core';

/** Goes from the permissions to the preview and makes it, with everything as it stands. */
export async function makeFirstPreview(page: Page | Frame): Promise<void> {
  for (const title of ['Компания', 'Что и куда', 'Предпросмотр']) {
    await page.getByRole('button', { name: 'Дальше', exact: true }).filter({ visible: true }).click();
    await page.getByRole('heading', { level: 2, name: title }).waitFor();
  }
  await page.getByRole('button', { name: 'Показать, что изменится' }).click();
  await page.getByTestId('preview-start').waitFor();
}
