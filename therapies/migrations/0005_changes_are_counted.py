import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_change_counters"),
        ("therapies", "0004_releases_and_cell_summaries"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='appraisal',
            trigger=pgtrigger.compiler.Trigger(name='counted_as_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM core_count_change('evidence'); RETURN NULL;", hash='a27aa6b01fa852afdc5d37dddf5281450e2dde5e', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_counted_as_evidence_2672d', table='therapies_appraisal', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='arm',
            trigger=pgtrigger.compiler.Trigger(name='counted_as_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM core_count_change('evidence'); RETURN NULL;", hash='2671bc9a5d25b7d3f4bb0f48bfce6888441fc80a', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_counted_as_evidence_a1858', table='therapies_arm', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='certainty',
            trigger=pgtrigger.compiler.Trigger(name='counted_as_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM core_count_change('evidence'); RETURN NULL;", hash='5a93b8b1b27934deefef3a00375345697c265c38', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_counted_as_evidence_477d2', table='therapies_certainty', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cohort',
            trigger=pgtrigger.compiler.Trigger(name='counted_as_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM core_count_change('evidence'); RETURN NULL;", hash='808825e5633e6525d2cfd8c9ad81aaefe90e488e', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_counted_as_evidence_90ebe', table='therapies_cohort', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='comparison',
            trigger=pgtrigger.compiler.Trigger(name='counted_as_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM core_count_change('evidence'); RETURN NULL;", hash='347f550a7c2d722226945554dca68c499bf4cf3e', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_counted_as_evidence_aafe7', table='therapies_comparison', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='comparisonarm',
            trigger=pgtrigger.compiler.Trigger(name='counted_as_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM core_count_change('evidence'); RETURN NULL;", hash='4266bc7352f7d3e053b0594b7b326cb2ca7e6d1e', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_counted_as_evidence_97164', table='therapies_comparisonarm', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outcome',
            trigger=pgtrigger.compiler.Trigger(name='counted_as_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM core_count_change('evidence'); RETURN NULL;", hash='d36eeda71adab0213d363a705b7b6d90524c241d', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_counted_as_evidence_af276', table='therapies_outcome', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='result',
            trigger=pgtrigger.compiler.Trigger(name='counted_as_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM core_count_change('evidence'); RETURN NULL;", hash='b3467899c17159e42f6fffcc44b533982155c119', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_counted_as_evidence_c2841', table='therapies_result', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='study',
            trigger=pgtrigger.compiler.Trigger(name='counted_as_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM core_count_change('evidence'); RETURN NULL;", hash='522becdb1eef15ba6212d8664ed670095e8ab0f1', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_counted_as_evidence_afcec', table='therapies_study', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='studyreport',
            trigger=pgtrigger.compiler.Trigger(name='counted_as_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM core_count_change('evidence'); RETURN NULL;", hash='3e08893c8d97ed25bebe6522b745a9590ac45cb9', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_counted_as_evidence_84ff2', table='therapies_studyreport', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='therapy',
            trigger=pgtrigger.compiler.Trigger(name='counted_as_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM core_count_change('evidence'); RETURN NULL;", hash='1a953ffb5b60f2d55e43dea5a89549b0a0e83a88', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_counted_as_evidence_7b6c5', table='therapies_therapy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claimcitation',
            trigger=pgtrigger.compiler.Trigger(name='counted_as_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM core_count_change('evidence'); RETURN NULL;", hash='d01b26b51e493771d7bde8381bce66e2ed9646f6', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_counted_as_evidence_9f1f8', table='therapies_claimcitation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claimsource',
            trigger=pgtrigger.compiler.Trigger(name='counted_as_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM core_count_change('evidence'); RETURN NULL;", hash='08a233df0cc81a4f3149de56e2f420340147a020', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_counted_as_evidence_86163', table='therapies_claimsource', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='therapyclaim',
            trigger=pgtrigger.compiler.Trigger(name='counted_as_evidence', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM core_count_change('evidence'); RETURN NULL;", hash='47950c73d846879c1d8ee649d20a42884beb9228', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_counted_as_evidence_8a812', table='therapies_therapyclaim', when='BEFORE')),
        ),
    ]
