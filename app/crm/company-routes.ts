import { z } from 'zod';
import { defineRoute, type Route } from '../http/route.ts';
import { notFound } from '../lib/errors.ts';
import type { Models } from '../models/index.ts';
import { companyAnswer } from './answers.ts';
import { requiredText } from './fields.ts';

/** Makes the routes of the caller's own company. What connects it to a portal is shown as a fact only. */
export function makeCompanyRoutes({ Company }: Models): Route[] {
  async function find(tenantId: number) {
    const company = await Company.findByPk(tenantId);
    if (!company || company.deleted_at) throw notFound();
    return company;
  }

  type Found = Awaited<ReturnType<typeof find>>;
  const present = ({ id, name, created_at, updated_at, bitrix24_webhook_url: webhook }: Found) => ({
    id,
    name,
    bitrix24_connected: webhook !== null,
    created_at,
    updated_at,
  });

  const change = (method: 'put' | 'patch') =>
    defineRoute({
      method,
      path: '/api/company',
      summary: 'Rename the company',
      tag: 'CRM records',
      answers: { 200: companyAnswer },
      role: 'admin',
      body: z.strictObject({ name: requiredText(255) }),
      async handle({ caller, body }) {
        const company = await find(caller.tenantId);
        await company.update({ name: body.name });
        return { data: present(await company.reload()) };
      },
    });

  return [
    defineRoute({
      method: 'get',
      path: '/api/company',
      summary: "The caller's company",
      tag: 'CRM records',
      answers: { 200: companyAnswer },
      async handle({ caller }) {
        return { data: present(await find(caller.tenantId)) };
      },
    }),
    change('put'),
    change('patch'),
  ];
}
