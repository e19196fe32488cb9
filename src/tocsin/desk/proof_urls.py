"""The addresses of proof and steering: export and search, targets, controls, hand-ins, notices."""

from __future__ import annotations

from django.urls import URLPattern, path

from tocsin.desk import controls, hand_ins, letters, notices, target_proof

# Below a campaign's own address, in its name space; before the addresses of single letters.
PROOF_OF_A_CAMPAIGN: list[URLPattern] = [
    path("<int:pk>/letters/find/", letters.find, name="letters_find"),
    path("<int:pk>/controls/<slug:step>/", controls.of_one, name="control"),
    path("<int:pk>/targets/", target_proof.targets, name="targets"),
    path("<int:pk>/targets/<int:target_pk>/", target_proof.of_one, name="target_proof"),
    path("<int:pk>/targets/<int:target_pk>/numbers.csv", target_proof.csv_of_one, name="target_proof_csv"),
    path("<int:pk>/targets/<int:target_pk>/kit/", hand_ins.new, name="new_hand_in"),
    path("<int:pk>/targets/<int:target_pk>/<slug:step>/", controls.of_one_to_target, name="target_control"),
    path("<int:pk>/hand-ins/", hand_ins.hand_ins, name="hand_ins"),
    path("<int:pk>/hand-ins/<int:hand_in_pk>/", hand_ins.hand_in, name="hand_in"),
    path("<int:pk>/hand-ins/<int:hand_in_pk>/kit.zip", hand_ins.download, name="hand_in_download"),
    path("<int:pk>/hand-ins/<int:hand_in_pk>/over/", hand_ins.over, name="hand_in_over"),
    path("<int:pk>/hand-ins/<int:hand_in_pk>/away/", hand_ins.away, name="hand_in_away"),
    path("<int:pk>/hand-ins/<int:hand_in_pk>/photo.jpg", hand_ins.photo, name="hand_in_photo"),
]
PROOF_OF_ALL: list[URLPattern] = [
    path("proof/targets/<int:target_pk>/", target_proof.of_all, name="desk_target_proof"),
    path("proof/targets/<int:target_pk>/numbers.csv", target_proof.csv_of_all, name="desk_target_proof_csv"),
    path("proof/targets/<int:target_pk>/<slug:step>/", controls.of_target, name="desk_target_control"),
    path("proof/notices/<int:notice_pk>/settle/", notices.settle, name="desk_notice_settle"),
]
