import { type Company, initCompany } from './company.ts';
import { type Contract, initContract } from './contract.ts';
import { type CrmObject, initCrmObject } from './crm-object.ts';
import { type CrmUser, initCrmUser } from './crm-user.ts';
import type { Database } from './database.ts';

export interface Models {
  Company: typeof Company;
  Contract: typeof Contract;
  CrmObject: typeof CrmObject;
  CrmUser: typeof CrmUser;
}

/** Ties the models to a database. */
export function initModels(db: Database): Models {
  const models = {
    Company: initCompany(db),
    Contract: initContract(db),
    CrmObject: initCrmObject(db),
    CrmUser: initCrmUser(db),
  };
  models.CrmObject.belongsTo(models.Contract, { foreignKey: 'contract_id', constraints: false });
  return models;
}
