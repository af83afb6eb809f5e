"""A sample project for each person, in place of one that all share. The existing one becomes that of its first admin;
its other members stay members. Its feeds get a URL of their own, with the number of the project.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OWNER = """
UPDATE accounts_project p SET sample_of_id = (
    SELECT m.user_id FROM accounts_membership m WHERE m.project_id = p.id AND m.role = 'admin' ORDER BY m.id LIMIT 1
) WHERE p.is_sample
"""
FEEDS = r"""
UPDATE monitoring_source s SET url = regexp_replace(s.url, '/sample/([a-z-]+\.xml)$', '/sample/' || p.id || '/\1')
FROM accounts_project p WHERE p.id = s.project_id AND p.is_sample AND s.url ~ '/sample/[a-z-]+\.xml$'
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_activity_log"),
        ("monitoring", "0002_keywords"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="sample_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RemoveConstraint(model_name="project", name="one_sample_project"),
        migrations.RunSQL(OWNER, migrations.RunSQL.noop),
        migrations.RunSQL(FEEDS, migrations.RunSQL.noop),
        # The foreign keys of the rows changed above are checked before their table can be altered again.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(fields=["sample_of"], name="one_sample_project_per_person"),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(is_sample=True) | models.Q(sample_of=None), name="sample_of_person_is_sample"
            ),
        ),
    ]
