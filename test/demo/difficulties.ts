import type { SimulatedPortal } from '../portal/portal.ts';
import type { SampleCompany } from './sample-data.ts';

const term = { start_date: '2026-02-01', end_date: '2027-02-01', total_amount: 48_000 };
const client = {
  client_name: 'ООО «Ромашка»',
  client_inn: '7701234567',
  client_kpp: '770101001',
  client_email: 'office@romashka.example',
  client_phone: '+7 495 765-43-21',
};
const known = {
  client_name: 'ООО «Якорь»',
  client_inn: '7802345678',
  client_kpp: '780201001',
  client_email: 'info@yakor.example',
  client_phone: '+7 812 300-10-20',
};

/** What real companies have and generated ones lack, each once: the CRM's side. */
export function withDifficulties(company: SampleCompany): SampleCompany {
  const first = company.contracts.length;
  return {
    name: company.name,
    contracts: [
      ...company.contracts,
      // One client with three contracts is one company.
      ...['Р-1', 'Р-2', 'Р-3'].map((number) => ({
        number,
        title: 'Спутниковый мониторинг, Ромашка',
        ...client,
        ...term,
      })),
      // The managers made the company of this one, with its INN, long ago.
      { number: 'Я-7', title: 'Спутниковый мониторинг, Якорь', ...known, ...term },
    ],
    objects: [
      ...company.objects,
      {
        name: 'ГАЗель Next А123ВС 77',
        type: 'van',
        imei: '862462030142276',
        phone_number: '+7 916 000-11-22',
        description: 'Машина [резерв], ключи у диспетчера 🚚',
        contract: first,
      },
    ],
    users: [
      ...company.users,
      // The same phone of the office as somebody in the portal, another e-mail: two people.
      { name: 'Пётр Сидоров', email: 'petr@romashka.example', phone: '+7 495 765-43-21', role: 'user' },
      // In the portal with a second name, and in another order of words.
      { name: 'Кравцов Иван Петрович', email: 'kravtsov@yakor.example', phone: '+7 921 555-10-20', role: 'user' },
      // Known by the phone alone, under another name: a person has to decide.
      { name: 'Ольга Диспетчер', email: '', phone: '+7 495 111-22-33', role: 'user' },
    ],
  };
}

/** The same on the portal's side, as managers had entered it before the application came. */
export function fillPortal(portal: SimulatedPortal): void {
  const one = (VALUE: string) => [{ VALUE, VALUE_TYPE: 'WORK' }];
  const contacts = portal.records('contact');
  contacts.create({
    NAME: 'Анна',
    LAST_NAME: 'Белова',
    EMAIL: one('anna@romashka.example'),
    PHONE: one(client.client_phone),
  });
  contacts.create({
    NAME: 'Иван',
    SECOND_NAME: 'Петрович',
    LAST_NAME: 'Кравцов',
    EMAIL: one('kravtsov@yakor.example'),
  });
  contacts.create({ NAME: 'Олег', LAST_NAME: 'Орлов', PHONE: one('+7 495 111-22-33') });
  const company = portal.records('company').create({ TITLE: 'Якорь', EMAIL: one('info@yakor.example') });
  const numbers = { RQ_INN: known.client_inn, RQ_KPP: known.client_kpp };
  portal.requisites.add({ kind: 'company', id: Number(company.ID) }, numbers);
}
