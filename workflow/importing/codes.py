"""Codes with a check digit of their own, as a cell holds them: projects and organisations."""

from workflow.catalogue import Catalogue
from workflow.identifiers import BadIdentifier, credit_code, project_code
from workflow.importing.faults import Wrong
from workflow.importing.tables import Value
from workflow.importing.values import code_text


def project_code_of(catalogue: Catalogue, value: Value) -> str:
    """A project code in its normal form; raises Wrong."""
    try:
        return project_code(code_text(value), catalogue.project_code_rule).text
    except BadIdentifier as fault:
        raise Wrong(fault.code, fault.zh, fault.en) from fault


def credit_code_of(catalogue: Catalogue, value: Value) -> str:
    """A unified social credit code (统一社会信用代码) in its normal form; raises Wrong."""
    try:
        return credit_code(code_text(value), check_organisation=catalogue.check_organisation)
    except BadIdentifier as fault:
        raise Wrong(fault.code, fault.zh, fault.en) from fault
