import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import { entities } from '../lib/records.ts';
import { settingsSchema, understandSettings } from '../sync/plan/settings.ts';
import { type MapPreviewDeps, previewMap } from '../sync/runs/preview-map.ts';
import { bitrix24Address } from './address.ts';
import { mapPreviewAnswer } from './answers/field-map-preview.ts';
import { changedPairs } from './map-changes.ts';
import { checkSettings } from './settings.ts';
import { readVersioned } from './settings-versions.ts';

/** As in the settings; kinds that are absent stay as they are saved. */
const previewBody = z.strictObject({ field_map: settingsSchema.shape.field_map.unwrap() });

/** Makes the route that tells what a field map would do before it is saved. */
export function makeMapPreviewRoutes(deps: MapPreviewDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: `${bitrix24Address}/field-map/preview`,
      summary:
        'How many linked records a changed field map touches, and what would change in some of them; nothing is saved',
      tag: 'Settings',
      answers: { 200: mapPreviewAnswer },
      failures: [502],
      role: 'admin',
      body: previewBody,
      async handle({ caller: { tenantId }, body }) {
        await checkSettings(deps, tenantId, body);
        const { version, understood } = await readVersioned(deps.db, tenantId);
        const { chosen, settings: before } = understood;
        const stored = { ...chosen, field_map: { ...chosen.field_map, ...body.field_map } };
        const { settings: after } = understandSettings(stored, null);
        const kinds = [];
        for (const kind of entities) {
          const pairs = changedPairs(kind, before, after);
          const preview = await previewMap(deps, tenantId, { entity: kind, settings: after, keys: pairs });
          const touched = pairs.length > 0 ? preview.linked : 0;
          const queued = after.automatic[kind] ? touched : 0;
          kinds.push({ kind, pairs, touched, queued, first_link: after.first_link[kind], ...preview });
        }
        return { data: { version, kinds } };
      },
    }),
  ];
}
