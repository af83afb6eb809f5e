import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_shortcuts'),
        ('alerts', '0009_sent_digests'),
        ('delivery', '0006_destinations'),
        ('monitoring', '0034_erasure_secret'),
        ('workplace', '0008_welcome_reply'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='rule',
            name='rule_has_its_number',
        ),
        migrations.AddField(
            model_name='rule',
            name='also',
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
        migrations.AddField(
            model_name='rule',
            name='change',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='change'),
        ),
        migrations.AddField(
            model_name='rule',
            name='cooldown_s',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='cool-down'),
        ),
        migrations.AddField(
            model_name='rule',
            name='expires_on',
            field=models.DateField(blank=True, null=True, verbose_name='last day'),
        ),
        migrations.AddField(
            model_name='rule',
            name='held',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='rule',
            name='hold',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name='evaluations in a row'),
        ),
        migrations.AddField(
            model_name='rule',
            name='is_critical',
            field=models.BooleanField(db_default=False, default=False, verbose_name='critical'),
        ),
        migrations.AddField(
            model_name='rule',
            name='joined_by',
            field=models.CharField(choices=[('and', 'All conditions'), ('or', 'Any of the conditions')], db_default='and', default='and', max_length=3, verbose_name='alert when'),
        ),
        migrations.AddField(
            model_name='rule',
            name='max_per_day',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='maximum per day'),
        ),
        migrations.AddField(
            model_name='rule',
            name='measure',
            field=models.CharField(choices=[('mentions', 'Mentions'), ('stories', 'Stories'), ('negative', 'Negative mentions'), ('negative_share', 'Share of negative mentions'), ('net_sentiment', 'Net sentiment'), ('share_of_voice', 'Share of voice'), ('reach', 'Estimated reach'), ('authors', 'Authors'), ('rating', 'Low ratings'), ('newcomer', 'First mentions by authors with many followers'), ('growth', 'Engagement gained by one post'), ('overdue', 'Overdue replies'), ('silent', 'Silent sources')], db_default='mentions', default='mentions', max_length=20, verbose_name='measure'),
        ),
        migrations.AddField(
            model_name='rule',
            name='parameter',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='rule',
            name='query',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='filter'),
        ),
        migrations.AddField(
            model_name='rule',
            name='recovery',
            field=models.IntegerField(blank=True, null=True, verbose_name='back to normal at'),
        ),
        migrations.AddField(
            model_name='rule',
            name='tests_chance',
            field=models.BooleanField(db_default=False, default=False, verbose_name='ignore changes that chance explains'),
        ),
        migrations.AddField(
            model_name='rule',
            name='told_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='rule',
            name='view',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='workplace.savedview', verbose_name='saved view'),
        ),
        migrations.AlterField(
            model_name='incident',
            name='baseline',
            field=models.IntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='incident',
            name='peak',
            field=models.IntegerField(),
        ),
        migrations.AlterField(
            model_name='incident',
            name='value',
            field=models.IntegerField(),
        ),
        migrations.AlterField(
            model_name='rule',
            name='condition',
            field=models.CharField(choices=[('above', 'Above a threshold'), ('below', 'Below a threshold'), ('increase', 'Up by a percentage'), ('decrease', 'Down by a percentage'), ('rise', 'Up by a number'), ('fall', 'Down by a number'), ('unusual', 'Unusual for these hours'), ('few', 'Unusually few for these hours'), ('each', 'Each mention, as it happens')], default='above', max_length=10, verbose_name='condition'),
        ),
        migrations.AlterField(
            model_name='rule',
            name='keyword',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='monitoring.keyword', verbose_name='keyword'),
        ),
        migrations.AlterField(
            model_name='rule',
            name='threshold',
            field=models.IntegerField(blank=True, null=True, verbose_name='threshold'),
        ),
        migrations.AddConstraint(
            model_name='rule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('condition__in', ['above', 'below']), ('threshold__isnull', False)), models.Q(('condition', 'increase'), ('percent__gt', 0), ('percent__isnull', False)), models.Q(('condition', 'decrease'), ('percent__gt', 0), ('percent__isnull', False), ('percent__lte', 100)), models.Q(('change__gt', 0), ('change__isnull', False), ('condition__in', ['rise', 'fall'])), ('condition__in', ['unusual', 'few', 'each']), _connector='OR'), name='rule_has_its_number'),
        ),
    ]
