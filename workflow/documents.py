"""The documents the office issues (文书), each with the word its number carries (domain fact book, 9)."""

from collections.abc import Mapping

DOCUMENT_CODES: Mapping[str, str] = {
    "receipt": "收",
    "acceptance_notice": "受",
    "correction_notice": "补",
    "not_needed_notice": "免",
    "not_accepted_decision": "不受",
    "special_procedure_notice": "特",
    "special_procedure_end_notice": "特终",
    "extension_notice": "延",
    "permit_decision": "准",
    "refusal_decision": "驳",
    "delivery_receipt": "送",
    "revocation_decision": "撤",
    "cancellation_decision": "销",
    "joint_completion_notice": "联",
    "renewal_receipt": "续收",
    "renewal_decision": "续",
    "renewal_refusal": "不续",
    "lapse_notice": "废",
}
