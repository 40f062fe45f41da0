import { expect } from 'chai';
import { type PortalPair, startPortalPair } from '../support/portal-pair.ts';
import type { SimulatedApp } from './simulated-app.ts';

describe('bindings of an application', () => {
  let pair: PortalPair;
  let app: SimulatedApp;
  const handler = 'https://app.example.com/b24/events';

  beforeEach(async () => {
    pair = await startPortalPair();
    app = pair.portal.apps.add({ kind: 'local', handlerUrl: 'https://app.example.com/app' });
  });
  afterEach(() => pair.stop());

  const call = async (method: string, params = {}, userId = 1) => {
    const { status, body } = await pair.rest(app, method, params, userId);
    return status === 200 && body.error === undefined
      ? body.result
      : `${status} ${body.error}: ${body.error_description}`;
  };
  const bind = (params: Record<string, unknown>, userId = 1) =>
    call('event.bind', { event: 'ONCRMDEALUPDATE', handler, ...params }, userId);

  describe('to events', () => {
    it('are made once and listed', async () => {
      expect(await bind({ event: 'onCrmDealUpdate' })).to.equal(true);
      expect(await bind({})).to.equal('400 ERROR_CORE: Unable to set event handler: Handler already binded');
      expect(await bind({ auth_type: 7 })).to.equal(true);
      expect(await bind({ event: 'ONCRMCONTACTUPDATE', event_type: 'offline' })).to.equal(true);
      expect(await call('event.get')).to.deep.equal([
        { event: 'ONCRMDEALUPDATE', handler, auth_type: '0', offline: 0 },
        { event: 'ONCRMDEALUPDATE', handler, auth_type: '7', offline: 0 },
        { event: 'ONCRMCONTACTUPDATE', connector_id: '', offline: 1 },
      ]);
    });

    it('are refused with a reason', async () => {
      expect(await bind({ event: 'ONCRMNOTHING' })).to.equal('400 ERROR_EVENT_NOT_FOUND: Event not found');
      expect(await bind({ event: '' })).to.equal("400 ERROR_ARGUMENT: Argument 'EVENT' is null or empty");
      expect(await bind({ handler: '' })).to.equal("400 ERROR_ARGUMENT: Argument 'HANDLER' is null or empty");
      expect(await bind({ event_type: 'x' })).to.equal('400 ERROR_ARGUMENT: Value must be one of {online|offline}');
      expect(await bind({ event: 'ONOFFLINEEVENT', event_type: 'offline' })).to.equal(
        '400 ERROR_ARGUMENT: Offline event cannot be registered for this event.',
      );
      expect(await bind({ handler: 'https://localhost/x' })).to.equal('400 ERROR_WRONG_HANDLER_URL: Wrong handler URL');
      expect(await bind({ handler: 'ftp://app.example.com/' })).to.equal(
        '400 ERROR_UNSUPPORTED_PROTOCOL: Unsupported handler protocol',
      );
      app.setScopes(['user']);
      expect(await bind({})).to.equal('400 ERROR_EVENT_NOT_FOUND: Event not found');
    });

    it('need an administrator for other people and for the queue', async () => {
      expect(await bind({}, 7)).to.equal(true);
      expect(await bind({ auth_type: 9 }, 7)).to.equal(
        '403 ACCESS_DENIED: Access denied! Event binding with AUTH_TYPE requires administrator access rights',
      );
      expect(await bind({ event_type: 'offline' }, 7)).to.equal(
        '403 ACCESS_DENIED: Access denied! Offline events binding requires administrator access rights',
      );
      await bind({});
      expect(await call('event.get', {}, 7)).to.deep.equal([
        { event: 'ONCRMDEALUPDATE', handler, auth_type: '7', offline: 0 },
      ]);
    });

    it('are taken away: all by an administrator, one own by others', async () => {
      const unbind = (params = {}, userId = 1) =>
        call('event.unbind', { event: 'ONCRMDEALUPDATE', handler, ...params }, userId);
      await bind({});
      await bind({}, 7);
      await bind({}, 9);
      expect(await unbind({ auth_type: '7' }, 7)).to.match(/^403 ACCESS_DENIED/);
      expect(await unbind({ auth_type: 7 }, 7)).to.deep.equal({ count: 1 });
      expect(await unbind({ auth_type: 0 })).to.deep.equal({ count: 1 });
      expect(await unbind()).to.deep.equal({ count: 1 });
      expect(await unbind()).to.deep.equal({ count: 0 });
    });

    it('can be chosen from a list', async () => {
      const events = await call('events');
      expect(events).to.include.members(['ONAPPUNINSTALL', 'ONOFFLINEEVENT', 'ONCRMDEALADD', 'ONUSERADD']);
      expect(await call('events', { SCOPE: 'user' })).to.deep.equal(['ONUSERADD']);
    });

    it('need the plan for a queue with a key', async () => {
      const params = { event_type: 'offline', auth_connector: 'axenta' };
      expect(await bind(params)).to.equal(true);
      pair.portal.setPlan({ authConnector: false });
      expect(await bind(params)).to.equal(
        '403 WRONG_LICENSE: This feature is not enabled for the current license: auth_connector',
      );
    });
  });

  describe('to placements', () => {
    const tab = { PLACEMENT: 'CRM_DEAL_DETAIL_TAB', HANDLER: 'https://app.example.com/tab' };

    it('are made, also twice, and listed', async () => {
      const langAll = { ru: { TITLE: 'Объект', DESCRIPTION: '', GROUP_NAME: '' } };
      expect(await call('placement.bind', { ...tab, TITLE: 'Axenta', LANG_ALL: langAll })).to.equal(true);
      expect(await call('placement.bind', tab)).to.equal(true);
      const [first, second] = (await call('placement.get')) as object[];
      expect(first).to.deep.equal({
        ...{ placement: tab.PLACEMENT, userId: 0, handler: tab.HANDLER, options: [] },
        ...{ title: 'Axenta', description: '', langAll },
      });
      expect(second).to.include({ title: '', handler: tab.HANDLER });
      pair.portal.switches.placementTwice = 'refused';
      expect(await call('placement.bind', tab)).to.match(/^400 ERROR_CORE/);
    });

    it('are counted twice when they are taken away', async () => {
      await call('placement.bind', tab);
      await call('placement.bind', { ...tab, HANDLER: 'https://app.example.com/other' });
      expect(await call('placement.unbind', { PLACEMENT: tab.PLACEMENT, HANDLER: tab.HANDLER })).to.deep.equal({
        count: 2,
      });
      expect(await call('placement.unbind', { PLACEMENT: tab.PLACEMENT })).to.deep.equal({ count: 2 });
      expect(await call('placement.get')).to.deep.equal([]);
    });

    it('are refused with a reason', async () => {
      const bindTab = (params: object, userId = 1) => call('placement.bind', { ...tab, ...params }, userId);
      expect(await bindTab({ PLACEMENT: 'NOWHERE' })).to.match(/^400 ERROR_PLACEMENT_NOT_FOUND/);
      expect(await bindTab({ PLACEMENT: '' })).to.match(/^400 ERROR_ARGUMENT/);
      expect(await bindTab({ HANDLER: 'https://nodot/' })).to.match(/^400 ERROR_WRONG_HANDLER_URL/);
      expect(await bindTab({ USER_ID: 7 })).to.match(/^400 ERROR_PLACEMENT_USER_MODE/);
      expect(await bindTab({ PLACEMENT: 'PAGE_BACKGROUND_WORKER' })).to.match(/^200 EMPTY_ERROR_HANDLER_URL/);
      expect(await bindTab({}, 7)).to.equal('403 ACCESS_DENIED: Access denied!');
      expect(await call('placement.list', {}, 7)).to.include('CRM_DEAL_DETAIL_TAB');
    });

    it('open in a frame with what the page says', async () => {
      await call('placement.bind', tab);
      const options = { ID: '8061', URI: '/crm/deal/details/8061/' };
      const frame = app.frame({ userId: 9, placement: 'CRM_DEAL_DETAIL_TAB', options });
      expect(frame.url).to.match(/^https:\/\/app\.example\.com\/tab\?DOMAIN=/);
      expect(frame.fields).to.include({
        PLACEMENT: 'CRM_DEAL_DETAIL_TAB',
        PLACEMENT_OPTIONS: '{"ID":"8061","URI":"\\/crm\\/deal\\/details\\/8061\\/"}',
      });
      expect(() => app.frame({ placement: 'CRM_CONTACT_DETAIL_TAB' })).to.throw('has no placement');
    });
  });

  it('survive an update unless the switch says otherwise, and go with a new installation', async () => {
    await bind({});
    app.update();
    expect(await call('event.get')).to.have.length(1);
    pair.portal.switches.handlersOnUpdate = 'removed';
    app.update();
    expect(await call('event.get')).to.deep.equal([]);
    await bind({});
    await call('placement.bind', { PLACEMENT: 'LEFT_MENU', HANDLER: 'https://app.example.com/menu' });
    app.reinstall();
    expect(await call('event.get')).to.deep.equal([]);
    expect(await call('placement.get')).to.deep.equal([]);
  });
});
