import { expect } from 'chai';
import { parseSmtp } from '../../../config/smtp.ts';

describe('the mail server of the alerts', () => {
  it('is an address with a sender, which is no part of what is dialled', () => {
    expect(parseSmtp('smtp://name:p%40ss@mail.example:587?from=axenta@company.ru')).to.deep.equal({
      url: 'smtp://name:p%40ss@mail.example:587',
      from: 'axenta@company.ru',
    });
  });

  it('has its name as the sender where that is an address', () => {
    expect(parseSmtp('smtps://axenta%40company.ru:x@mail.example')?.from).to.equal('axenta@company.ru');
  });

  for (const text of [
    'mail.example',
    'https://mail.example?from=a@b.example',
    'smtp://mail.example',
    'smtp://name:x@mail.example',
    'smtp://mail.example?from=Axenta',
    'smtp://mail.example?from=a@b.example%0D%0ABcc:c@d.example',
  ]) {
    it(`is not ${text}`, () => {
      expect(parseSmtp(text)).to.equal(null);
    });
  }
});
