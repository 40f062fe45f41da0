/** Columns of the lists, by field. */
export const columns = {
  deal: { TITLE: 'Название', STAGE_ID: 'Стадия', COMPANY_ID: 'Компания', BEGINDATE: 'Начало', CLOSEDATE: 'Завершение' },
  contact: { NAME: 'Имя', LAST_NAME: 'Фамилия', PHONE: 'Телефон', EMAIL: 'E-mail' },
  company: { TITLE: 'Название', PHONE: 'Телефон', EMAIL: 'E-mail' },
};
/** Fields of the cards, by field. */
export const forms = {
  deal: { ...columns.deal, COMMENTS: 'Комментарий' },
  contact: { ...columns.contact, COMMENTS: 'Комментарий' },
  company: { ...columns.company, COMMENTS: 'Комментарий' },
};
export const multifields = new Set(['PHONE', 'EMAIL']);
export const dates = new Set(['BEGINDATE', 'CLOSEDATE']);
