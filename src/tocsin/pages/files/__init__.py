"""A whole campaign as files: taken out as a folder that people read and keep in version control, and brought in again.

    out.py    campaign_files(campaign)   → what stands in the folder, by name
    read.py   read_files(files)          → what a folder says, or what is wrong with it
    plan.py   plan_of(said, person)      → what bringing it in would make and change; nothing is stored
    carry.py  carry_out(said, …)         → makes it: drafts, in one transaction

The desk, the commands and whatever else speaks of campaigns as files calls these four.
(docs/developers/campaign-files.md, docs/decisions/0040-a-campaign-as-files.md)
"""
