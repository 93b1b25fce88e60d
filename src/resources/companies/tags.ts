// Tags on companies: attached and detached by POST /tags.
import { invalid } from '#http/errors.ts'
import { attachTag, detachTag, type Taggable } from '#resources/tags/attach.ts'
import { skipUnknown, type TagTargets } from '#resources/tags/save.ts'
import { findCompany, findCompanyByCompanyId, NO_COMPANY, touchCompany, type WholeCompanyRow } from './queries.ts'

/** A change of tags is a change of the company: lists and searches by `updated_at` find it. */
const companyTags: Taggable<WholeCompanyRow> = {
  object_type: 'company',
  attached: async (workspace, { id }) => void (await touchCompany(workspace, id)),
  detached: async (workspace, { id }) => void (await touchCompany(workspace, id)),
}

/** `companies` of POST /tags. */
export const tagCompanies: TagTargets['companies'] = async (workspace, tag, companies) => {
  const tagged: { id: string; tagged: boolean }[] = []
  for (const { id, company_id, untag } of companies) {
    if (id === undefined && company_id === undefined) throw invalid('invalid tag parameters')
    const company = await (id === undefined
      ? findCompanyByCompanyId(workspace, company_id as string)
      : findCompany(workspace, id))
    if (!company) {
      skipUnknown(workspace, ...NO_COMPANY)
      continue
    }
    if (untag) await detachTag(workspace, companyTags, company, tag)
    else await attachTag(workspace, companyTags, company, tag, workspace.admin_id)
    tagged.push({ id: company.id, tagged: !untag })
  }
  return tagged
}
